"""One result record, many readers: ``report.json`` and the pages drawn from it."""
