"""What is kept: sessions, their logs, todos and reminders. ``base`` is the interface, ``sql`` a database."""
