"""Judging a model: does it deliver what was asked for?"""
