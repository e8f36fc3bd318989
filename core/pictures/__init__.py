"""Arrays made into what a view draws: mosaics, lines, contours, curves. No Qt."""
