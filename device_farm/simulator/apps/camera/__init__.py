"""Camera: viewfinder, photos, videos."""
