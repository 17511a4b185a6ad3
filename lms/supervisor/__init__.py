"""The one-machine school as one supervised process tree (`python -m lms up`)."""
