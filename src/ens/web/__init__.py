"""What people see: pages, by audience. Audiences ignore one another and share ``common``."""
