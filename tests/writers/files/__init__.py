"""Invented forms as files: Word, Excel, HTML, PDF by several engines, scans and pictures, each with its
truth.
"""
