"""The inequality of the arithmetic and geometric means, as a pack for lcnn-verify."""
