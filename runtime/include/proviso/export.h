#ifndef PROVISO_EXPORT_H
#define PROVISO_EXPORT_H

/* What the shared libraries show. Everything else in them is hidden. */
#define PROVISO_API __attribute__((visibility("default")))

#endif
