"""The archive package (电子文件归档, RQ-D4): one decision with all that it takes to read, check and make it again."""
