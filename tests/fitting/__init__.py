"""The commands that learn the pipeline's numbers from generated and labelled forms; nothing here is read at
run time.
"""
