"""Errors that must be known without importing what raises them."""


class ExecutorError(Exception):
    """Workers that cannot be had or were lost: one line with what was expected, what came, what to do."""


class ExportError(Exception):
    """A model that cannot be exported: one line with what was expected, what came, what to do."""


class SearchError(Exception):
    """A search that cannot go on: one line with what was expected, what came, what to do."""
