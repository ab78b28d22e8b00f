"""Tests of the sample browser and of blind labels."""
