"""The words of forms as data, one file a subject, and how a printed text is looked up in them."""
