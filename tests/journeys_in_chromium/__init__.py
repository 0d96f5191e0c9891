"""Stories in a real browser, with codes from other programs and messages from real servers."""
