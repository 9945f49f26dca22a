"""Training: fits challengers, compares them out of time with what serves, promotes or keeps.

Comes in: a day. Goes out: model versions, runs in MLflow. Door: train.py.
"""
