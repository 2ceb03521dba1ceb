#include "bench/runner/machine.h"

#include "build_info.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { LINE = 4096 };

static void chomp(char *text)
{
    text[strcspn(text, "\n")] = '\0';
}

/* The first line of a file, or null. */
static json_t *file_line(const char *path)
{
    char line[LINE];
    FILE *file = fopen(path, "re");
    bool read = file && fgets(line, sizeof(line), file);

    if (file)
        fclose(file);
    if (!read)
        return json_null();
    chomp(line);
    return json_string(line);
}

/* The first line that a shell command prints, or null. */
static json_t *command_line(const char *command)
{
    char line[LINE];
    FILE *pipe = popen(command, "re"); // NOLINT(cert-env33-c): fixed commands
    bool read = pipe && fgets(line, sizeof(line), pipe);

    /* to its end, or the command would fail to write the rest */
    while (pipe && fgetc(pipe) != EOF)
        ;
    if (pipe)
        pclose(pipe);
    if (!read)
        return json_null();
    chomp(line);
    return json_string(line);
}

/* The text after `key` and a colon in the first such line of a file, or null */
static json_t *file_field(const char *path, const char *key)
{
    char line[LINE];
    FILE *file = fopen(path, "re");
    json_t *value = NULL;

    while (file && !value && fgets(line, sizeof(line), file)) {
        const char *colon = strchr(line, ':');
        chomp(line);
        if (colon && strncmp(line, key, strlen(key)) == 0)
            value = json_string(colon + 1 + strspn(colon + 1, " \t"));
    }
    if (file)
        fclose(file);
    return value ? value : json_null();
}

static json_t *kernel(void)
{
    struct utsname name;

    if (uname(&name) != 0)
        return json_null();
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "release", name.release,
                     "version", name.version, "machine", name.machine,
                     "command_line", file_line("/proc/cmdline"), "boot_id",
                     file_line("/proc/sys/kernel/random/boot_id"));
}

/* HZ and how CPU time is accounted, from wherever the configuration is. */
static json_t *kernel_config(void)
{
    return command_line(
        "{ zcat /proc/config.gz || cat \"/boot/config-$(uname -r)\"; } "
        "2>/dev/null | grep -E '^CONFIG_(HZ|TICK_CPU_ACCOUNTING|"
        "VIRT_CPU_ACCOUNTING(_GEN|_NATIVE)?|IRQ_TIME_ACCOUNTING|"
        "PREEMPT[A-Z_]*|NO_HZ[A-Z_]*)=' | tr '\\n' ' '");
}

static json_t *mitigations(void)
{
    return command_line("cd /sys/devices/system/cpu/vulnerabilities "
                        "2>/dev/null && for f in *; do printf '%s: %s; ' "
                        "\"$f\" \"$(cat \"$f\")\"; done");
}

static json_t *sysctls(void)
{
    static const char *const names[] = {
        "net/core/somaxconn",
        "net/ipv4/tcp_max_syn_backlog",
        "net/ipv4/ip_local_port_range",
        "net/ipv4/tcp_tw_reuse",
        "net/ipv4/tcp_congestion_control",
        "net/ipv4/tcp_rmem",
        "net/ipv4/tcp_wmem",
        "net/core/rmem_max",
        "net/core/wmem_max",
        "net/core/busy_poll",
        "kernel/io_uring_disabled",
        "kernel/sched_autogroup_enabled",
        "fs/nr_open",
        "fs/file-max",
    };
    json_t *object = json_object();

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "/proc/sys/%s", names[i]);
        json_object_set_new(object, names[i], file_line(path));
    }
    return object;
}

static json_t *cpu(void)
{
    return json_pack(
        "{s:o, s:i, s:o, s:o, s:o}", "model",
        file_field("/proc/cpuinfo", "model name"), "online",
        (int)sysconf(_SC_NPROCESSORS_ONLN), "smt_active",
        file_line("/sys/devices/system/cpu/smt/active"), "governor",
        file_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "mitigations", mitigations());
}

static json_t *software(void)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:s, s:o, s:o, s:o, s:s}",
                     "muxbench", MUXBENCH_VERSION, "revision", BUILD_REVISION,
                     "dirty", (int)BUILD_DIRTY, "compiler", BUILD_COMPILER,
                     "cflags", BUILD_CFLAGS, "wrk",
                     command_line("wrk -v 2>/dev/null"), "gnuplot",
                     command_line("gnuplot --version 2>/dev/null"), "libc",
                     command_line("getconf GNU_LIBC_VERSION 2>/dev/null"),
                     "jansson", jansson_version_str());
}

json_t *machine_fingerprint(void)
{
    char host[65] = "";
    struct rlimit files = {0, 0};

    gethostname(host, sizeof(host) - 1);
    getrlimit(RLIMIT_NOFILE, &files);
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o}", "host",
                     host, "kernel", kernel(), "kernel_config", kernel_config(),
                     "cpu", cpu(), "memory",
                     file_field("/proc/meminfo", "MemTotal"), "clocksource",
                     file_line("/sys/devices/system/clocksource/clocksource0/"
                               "current_clocksource"),
                     "sysctl", sysctls(), "descriptors_hard_limit",
                     (json_int_t)files.rlim_max, "software", software());
}

json_t *machine_load(void)
{
    return json_pack("{s:o, s:o}", "loadavg", file_line("/proc/loadavg"),
                     "pressure_cpu", file_line("/proc/pressure/cpu"));
}

/* The file has pairs of lines: names, then numbers in the same columns. */
int machine_listen_overflows(uint64_t *count)
{
    char names[8192];
    char numbers[8192];
    FILE *file = fopen("/proc/net/netstat", "re");
    int error = -ENOENT;

    if (!file)
        return -errno;
    while (error && fgets(names, sizeof(names), file) &&
           fgets(numbers, sizeof(numbers), file)) {
        char *name_rest;
        char *number_rest;
        const char *name = strtok_r(names, " \n", &name_rest);
        const char *number = strtok_r(numbers, " \n", &number_rest);
        while (name && number && strcmp(name, "ListenOverflows") != 0) {
            name = strtok_r(NULL, " \n", &name_rest);
            number = strtok_r(NULL, " \n", &number_rest);
        }
        if (name && number) {
            *count = strtoull(number, NULL, 10);
            error = 0;
        }
    }
    fclose(file);
    return error;
}
