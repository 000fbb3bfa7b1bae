"""Draws days and weeks as pictures. ``layout`` gives rectangles, ``drawing`` paints them; only that imports Pillow."""
