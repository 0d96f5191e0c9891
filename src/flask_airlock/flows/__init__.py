"""What a person does. A flow knows no HTTP: doors translate its outcomes and errors."""
