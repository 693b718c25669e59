"""Miaopi (秒批): decides simple government matters in about a second, and only when it is sure."""

__version__ = "0.1.0"
