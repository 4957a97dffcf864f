#pragma once

#include <ashlar/commands.hpp>
#include <ashlar/store/log_store.hpp>
#include <functional>

namespace ashlar::ops {

// Opens the log in the application's file, whether the application runs or not; throws Error where there is none.
using OpenLog = std::function<store::LogStore&()>;

// `streams …`, `dead-letters …` and `log …`. They start no module, and what they change is noted in the log's actions.
void add_log_commands(Commands& commands, const OpenLog& open);

void add_stream_commands(Commands& commands, const OpenLog& open);
void add_dead_letter_commands(Commands& commands, const OpenLog& open);
void add_event_commands(Commands& commands, const OpenLog& open);
void add_schedule_commands(Commands& commands, const OpenLog& open);

}  // namespace ashlar::ops
