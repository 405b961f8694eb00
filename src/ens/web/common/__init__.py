"""What every page shares: layout, style, words for dates and sizes, security headers, access table, error pages."""
