//! What `depmod` needs of a kernel module.
