"""What a batch run costs beside its cases, on a study of thousands of small ones."""
