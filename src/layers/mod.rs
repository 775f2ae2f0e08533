//! From a root file system to packed layers.
