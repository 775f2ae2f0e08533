//! The database rpm keeps in an image.
