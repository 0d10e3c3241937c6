"""Runs a learner's FastAPI app behind real uvicorn and writes down what crosses each layer."""
