"""Decision tables out of rule files and back: as Excel workbooks, and as DMN."""
