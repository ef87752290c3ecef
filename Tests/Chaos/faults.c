/* Faults from outside, for LD_PRELOAD (glibc). The program under test knows nothing of them.
 *
 * In worker processes alone (an argument is `worker`), once the standard input has named a case that holds such a word
 * (from the start where CHAOS_EARLY is set), opening a file for reading whose name holds
 *   abort-me       aborts,
 *   hang-me        never returns,
 *   eat-me         takes memory until there is no more, then aborts; CHAOS_EAT_MIB bounds it where nothing else does,
 *   unreadable-me  succeeds, and every read of it fails with EIO.
 * In every process, CHAOS_CLOCK_AT (seconds since 1970) is when the wall clock jumps back by an hour.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* The next definition of a name after the one here. */
#define NEXT(name)                                          \
    static __typeof__(&name) next;                          \
    if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

enum { HOUR = 3600, MOST_UNREADABLE = 64 };

static const char *const FAULTS[] = {"abort-me", "hang-me", "eat-me", "unreadable-me"};
enum { FAULT_COUNT = sizeof FAULTS / sizeof *FAULTS };

static int is_worker;
/* Whether a case of the fault was handed over. */
static int is_handed[FAULT_COUNT];
static time_t clock_at;

static long environment_number(const char *name) {
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void) {
    static char line[65536];
    clock_at = environment_number("CHAOS_CLOCK_AT");
    for (int n = 0; n < FAULT_COUNT; n++) is_handed[n] = getenv("CHAOS_EARLY") != NULL;
    int file = openat(AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    ssize_t length = 0, count;
    while (length < (ssize_t)sizeof line - 1 && (count = read(file, line + length, sizeof line - 1 - length)) > 0)
        length += count;
    close(file);
    for (char *word = line; word < line + length; word += strlen(word) + 1)
        if (word != line && strcmp(word, "worker") == 0) is_worker = 1;
}

/* Files whose reads fail, by their identity: a descriptor's number may have passed on to another file. */
static struct {
    dev_t device;
    ino_t inode;
} unreadable[MOST_UNREADABLE];
static int unreadable_count;

static int is_unreadable(int file) {
    struct stat status;
    if (unreadable_count == 0) return 0;
    int kept = errno, found = 0;
    if (fstat(file, &status) == 0)
        for (int n = 0; n < unreadable_count; n++)
            found |= unreadable[n].device == status.st_dev && unreadable[n].inode == status.st_ino;
    errno = kept;
    return found;
}

static void eat(void) {
    enum { PIECE = 16 << 20, STEP = 1 << 16 };
    long most = environment_number("CHAOS_EAT_MIB");
    for (long taken = 0; most == 0 || taken < most; taken += PIECE >> 20) {
        char *piece = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED) {
            fputs("chaos: out of memory\n", stderr);
            abort();
        }
        /* Not every page, so that the limit is met before the machine has none left. */
        for (long at = 0; at < PIECE; at += STEP) piece[at] = 1;
    }
    fputs("chaos: no limit stopped the eating\n", stderr);
    abort();
}

static int plays(const char *name, int fault) { return is_handed[fault] && strstr(name, FAULTS[fault]); }

/* Plays the fault of a file that is about to be read, and tells whether its reads shall fail. */
static int play(const char *path) {
    if (!is_worker || !path) return 0;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (plays(name, 0)) {
        fputs("chaos: abort\n", stderr);
        abort();
    }
    if (plays(name, 1))
        for (;;) pause();
    if (plays(name, 2)) eat();
    return plays(name, 3);
}

static void hand_over(const char *text, size_t length) {
    for (int n = 0; is_worker && n < FAULT_COUNT; n++)
        if (memmem(text, length, FAULTS[n], strlen(FAULTS[n]))) is_handed[n] = 1;
}

static int opened(int file, int shall_fail) {
    struct stat status;
    if (file < 0 || !shall_fail || is_unreadable(file) || fstat(file, &status) != 0) return file;
    if (unreadable_count < MOST_UNREADABLE) {
        unreadable[unreadable_count].device = status.st_dev;
        unreadable[unreadable_count].inode = status.st_ino;
        unreadable_count++;
    }
    return file;
}

static int reads(int flags) { return (flags & O_ACCMODE) == O_RDONLY && !(flags & (O_CREAT | O_DIRECTORY | O_PATH)); }

#define MODE                                          \
    mode_t mode = 0;                                  \
    if (flags & (O_CREAT | __O_TMPFILE)) {            \
        va_list rest;                                 \
        va_start(rest, flags);                        \
        mode = va_arg(rest, mode_t);                  \
        va_end(rest);                                 \
    }

#define OPEN(name)                                            \
    int name(const char *path, int flags, ...) {              \
        MODE NEXT(name);                                      \
        int shall_fail = reads(flags) && play(path);          \
        return opened(next(path, flags, mode), shall_fail);   \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                 \
    int name(int folder, const char *path, int flags, ...) {         \
        MODE NEXT(name);                                             \
        int shall_fail = reads(flags) && play(path);                 \
        return opened(next(folder, path, flags, mode), shall_fail);  \
    }
OPENAT(openat)
OPENAT(openat64)

#define CHECKED_OPEN(name)                             \
    int name(const char *path, int flags);             \
    int name(const char *path, int flags) {            \
        NEXT(name);                                    \
        int shall_fail = reads(flags) && play(path);   \
        return opened(next(path, flags), shall_fail);  \
    }
CHECKED_OPEN(__open_2)
CHECKED_OPEN(__open64_2)

#define CHECKED_OPENAT(name)                                   \
    int name(int folder, const char *path, int flags);         \
    int name(int folder, const char *path, int flags) {        \
        NEXT(name);                                            \
        int shall_fail = reads(flags) && play(path);           \
        return opened(next(folder, path, flags), shall_fail);  \
    }
CHECKED_OPENAT(__openat_2)
CHECKED_OPENAT(__openat64_2)

#define FOPEN(name)                                                 \
    FILE *name(const char *path, const char *mode) {                \
        NEXT(name);                                                 \
        int shall_fail = mode && *mode == 'r' && play(path);        \
        FILE *file = next(path, mode);                              \
        if (file) opened(fileno(file), shall_fail);                 \
        return file;                                                \
    }
FOPEN(fopen)
FOPEN(fopen64)

#define FAIL_IF_UNREADABLE(file) \
    if (is_unreadable(file)) {   \
        errno = EIO;             \
        return -1;               \
    }

#define READ(name, parameters, arguments) \
    ssize_t name parameters;              \
    ssize_t name parameters {             \
        NEXT(name);                       \
        FAIL_IF_UNREADABLE(file)          \
        return next arguments;            \
    }
READ(readv, (int file, const struct iovec *to, int count), (file, to, count))
READ(pread, (int file, void *to, size_t count, off_t at), (file, to, count, at))
READ(pread64, (int file, void *to, size_t count, off64_t at), (file, to, count, at))
READ(preadv, (int file, const struct iovec *to, int count, off_t at), (file, to, count, at))
READ(preadv64, (int file, const struct iovec *to, int count, off64_t at), (file, to, count, at))
READ(__read_chk, (int file, void *to, size_t count, size_t room), (file, to, count, room))
READ(__pread_chk, (int file, void *to, size_t count, off_t at, size_t room), (file, to, count, at, room))
READ(__pread64_chk, (int file, void *to, size_t count, off64_t at, size_t room), (file, to, count, at, room))

ssize_t read(int file, void *to, size_t count) {
    NEXT(read);
    FAIL_IF_UNREADABLE(file)
    ssize_t length = next(file, to, count);
    if (file == STDIN_FILENO && length > 0) hand_over(to, length);
    return length;
}

/* Lines of the standard input that are read through a stream; getline calls __getdelim from inside of its callers. */
#undef getline
#define GETLINE(name, parameters, arguments)                         \
    ssize_t name parameters;                                         \
    ssize_t name parameters {                                        \
        NEXT(name);                                                  \
        ssize_t length = next arguments;                             \
        if (file == stdin && length > 0) hand_over(*line, length);   \
        return length;                                               \
    }
GETLINE(getline, (char **line, size_t *room, FILE *file), (line, room, file))
GETLINE(getdelim, (char **line, size_t *room, int end, FILE *file), (line, room, end, file))
GETLINE(__getdelim, (char **line, size_t *room, int end, FILE *file), (line, room, end, file))

/* Macros in some versions. */
#undef fread_unlocked

/* A stream's own reads stay inside of glibc: the whole call fails, with the stream's mark of an error set. */
#define FREAD(name, parameters, arguments) \
    size_t name parameters;                \
    size_t name parameters {               \
        NEXT(name);                        \
        if (is_unreadable(fileno(file))) { \
            file->_flags |= 0x20;          \
            errno = EIO;                   \
            return 0;                      \
        }                                  \
        return next arguments;             \
    }
FREAD(fread, (void *to, size_t size, size_t count, FILE *file), (to, size, count, file))
FREAD(fread_unlocked, (void *to, size_t size, size_t count, FILE *file), (to, size, count, file))
FREAD(__fread_chk, (void *to, size_t room, size_t size, size_t count, FILE *file), (to, room, size, count, file))
FREAD(__fread_unlocked_chk, (void *to, size_t room, size_t size, size_t count, FILE *file),
    (to, room, size, count, file))

#define MMAP(name)                                                                            \
    void *name(void *near, size_t count, int protection, int flags, int file, off_t at) {     \
        NEXT(name);                                                                           \
        if (!(flags & MAP_ANONYMOUS) && is_unreadable(file)) {                                \
            errno = EIO;                                                                      \
            return MAP_FAILED;                                                                \
        }                                                                                     \
        return next(near, count, protection, flags, file, at);                                \
    }
MMAP(mmap)
MMAP(mmap64)

/* The wall clock. Deadlines that are counted on it are moved on again for the kernel, whose clock did not jump. */
static time_t set_back(time_t now) { return clock_at != 0 && now >= clock_at ? now - HOUR : now; }

int clock_gettime(clockid_t which, struct timespec *now) {
    NEXT(clock_gettime);
    int status = next(which, now);
    if (status == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) now->tv_sec = set_back(now->tv_sec);
    return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    NEXT(gettimeofday);
    int status = next(now, zone);
    if (status == 0) now->tv_sec = set_back(now->tv_sec);
    return status;
}

time_t time(time_t *kept) {
    NEXT(time);
    time_t now = set_back(next(NULL));
    if (kept) *kept = now;
    return now;
}

int timespec_get(struct timespec *now, int base) {
    NEXT(timespec_get);
    int status = next(now, base);
    if (status == TIME_UTC) now->tv_sec = set_back(now->tv_sec);
    return status;
}

/* A deadline of a clock that counts from the start of the machine is far below any of the wall clock's. */
static struct timespec moved_on(const struct timespec *deadline) {
    enum { NEVER_SO_LONG_UP = 1000000000 };
    struct timespec now, moved = *deadline;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    if (clock_at != 0 && now.tv_sec >= clock_at && moved.tv_sec > NEVER_SO_LONG_UP) moved.tv_sec += HOUR;
    return moved;
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *lock, const struct timespec *deadline) {
    /* Without a version the loader may give that of the 1990s, whose conditions look otherwise. */
    static __typeof__(&pthread_cond_timedwait) next;
    if (!next) next = (__typeof__(next))dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    if (!next) next = (__typeof__(next))dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    struct timespec moved = moved_on(deadline);
    return next(condition, lock, &moved);
}

int sem_timedwait(sem_t *semaphore, const struct timespec *deadline) {
    NEXT(sem_timedwait);
    struct timespec moved = moved_on(deadline);
    return next(semaphore, &moved);
}

int pthread_mutex_timedlock(pthread_mutex_t *lock, const struct timespec *deadline) {
    NEXT(pthread_mutex_timedlock);
    struct timespec moved = moved_on(deadline);
    return next(lock, &moved);
}
