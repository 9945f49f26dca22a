"""Estimators with scikit-learn manners: arrays in, arrays out, no input or output, no clock."""
