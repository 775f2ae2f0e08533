//! The program as users have it: `drydock` run as a child process against a content delivery network with mutual TLS and a
//! registry, both in this process. What counts here is what can be seen from outside: exit codes, messages, requests, and
//! the images that come out.
//!
//! One test program for all of it, so that one link and one base image serve every test.

mod bad_metadata;
mod demo;
mod entitled;
mod explained;
mod image;
mod installed;
mod killed;
mod locked;
mod mirrors;
mod modules;
mod publishing;
mod refused_packages;
mod refused_places;
mod refused_recipes;
mod registered;
mod reproducible;
mod scriptlets;
mod signed_base;
mod trusted;
mod unavailable;
mod world;
