"""The command line, one small module for each thing it does; nothing else imports from here."""
