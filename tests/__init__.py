"""Tests: what the project promises, each promise with a way to fail."""
