"""Real servers that tests talk to: databases, mail, SMS."""
