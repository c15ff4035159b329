"""Critical points of positive loss, which cap every threshold."""
