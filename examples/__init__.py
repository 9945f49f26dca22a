"""The demo shop: Complete Journey as the files a shop would hand over, see README.md beside it."""
