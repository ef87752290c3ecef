// What the C library has and Swift's view of it lacks, since its header declares it to those alone who ask for GNU's own.
#ifndef TOMOS_RENAME_H
#define TOMOS_RENAME_H

int renameat2(int old_folder, const char *old_path, int new_folder, const char *new_path, unsigned int flags);
int syncfs(int descriptor);

#endif
