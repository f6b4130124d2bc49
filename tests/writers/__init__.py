"""The project's own document writer: truth in, published-looking text out (`templates`, `inventor`, `text`,
`report`).
"""
