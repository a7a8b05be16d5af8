"""Tools for people who work on the project: executing, normalizing, checking and photographing notebooks."""
