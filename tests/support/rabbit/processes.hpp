#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

// A child that dies with the thread that starts it. `output` takes what it writes.
pid_t start_process(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                    const std::filesystem::path& output);

// Its exit code; -1: a signal.
int wait_for_process(pid_t process);
void kill_process(pid_t& process);

// Runs it to its end; what it wrote. Throws std::runtime_error with that where it fails.
std::string run_process(const std::vector<std::string>& command, const std::vector<std::string>& environment = {});

// Ports of 127.0.0.1 that nobody has at this moment.
std::vector<std::uint16_t> free_ports(std::size_t count);
