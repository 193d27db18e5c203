//! *What runs on the host, what would change, and is it healthy?*
