"""Facts proved for every instance, by enclosures on a cover or by algebra."""
