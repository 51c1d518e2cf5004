/* LD_PRELOAD: counts fsyncs and bytes written, slows fsync as eMMC does, and breaks chosen calls on one directory's files.

   IO_SLOW_FSYNC_US=n      every fsync and fdatasync takes n microseconds more
   IO_PATH=text            the faults below hit only files whose path holds this text
   IO_FAIL_FSYNC=n         the n-th fsync and all later ones fail (1 is the first)
   IO_FAIL_WRITE=n         the same for write, pwrite and ftruncate
   IO_SHORT_WRITE=n        every n-th write writes only half
   IO_ERRNO=n              what they fail with (5 EIO, 28 ENOSPC)
   The faults begin when the file IO_ARMED names exists. The counters `io_fsyncs` and `io_bytes` are read through dlsym. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

long io_fsyncs, io_bytes;
static long fsyncs_seen, writes_seen;

static long setting(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

static int ours(int fd) {
    const char *part = getenv("IO_PATH"), *armed = getenv("IO_ARMED");
    char link[64], path[4096];
    if (armed && access(armed, F_OK)) return 0;
    if (!part) return 1;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0) return 0;
    path[n] = 0;
    return strstr(path, part) != NULL;
}

static int broken(int fd, const char *what, long *seen) {
    long from = setting(what);
    if (!from || !ours(fd) || __sync_add_and_fetch(seen, 1) < from) return 0;
    errno = setting("IO_ERRNO") ? (int)setting("IO_ERRNO") : EIO;
    return 1;
}

static int before_fsync(int fd) {
    long us = setting("IO_SLOW_FSYNC_US");
    __sync_fetch_and_add(&io_fsyncs, 1);
    if (broken(fd, "IO_FAIL_FSYNC", &fsyncs_seen)) return -1;
    if (us) {
        struct timespec wait = {us / 1000000, us % 1000000 * 1000};
        nanosleep(&wait, NULL);
    }
    return 0;
}

static size_t before_write(int fd, size_t size) {
    static long writes;
    long every = setting("IO_SHORT_WRITE");
    if (broken(fd, "IO_FAIL_WRITE", &writes_seen)) return (size_t)-1;
    if (every && size > 1 && ours(fd) && __sync_add_and_fetch(&writes, 1) % every == 0) size /= 2;
    return size;
}

static ssize_t counted(int fd, ssize_t done) {
    if (done > 0 && fd > 2) __sync_fetch_and_add(&io_bytes, done);
    return done;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

int fsync(int fd) {
    REAL(int, "fsync", int);
    return before_fsync(fd) ? -1 : real(fd);
}

int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    return before_fsync(fd) ? -1 : real(fd);
}

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    size = before_write(fd, size);
    return size == (size_t)-1 ? -1 : counted(fd, real(fd, data, size));
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    size = before_write(fd, size);
    return size == (size_t)-1 ? -1 : counted(fd, real(fd, data, size, at));
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    return counted(fd, real(fd, parts, count));
}

int ftruncate64(int fd, off64_t size) {
    REAL(int, "ftruncate64", int, off64_t);
    return broken(fd, "IO_FAIL_WRITE", &writes_seen) ? -1 : real(fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
