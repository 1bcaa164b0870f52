// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The one exception hierarchy. A message is one line that names the file or field, what was found, what was
// expected and what to do. The program's exit code follows from the type alone (see exit_code).
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

namespace cdra {

// Exit code 1: the work failed though the input was fine.
class Error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Exit code 2: wrong usage or bad input; nothing has been written.
class InputError : public Error {
  public:
    using Error::Error;
};

// A reader says "this is not my format": recognition goes on to the next reader.
class UnrecognisedFormat : public InputError {
  public:
    using InputError::InputError;
};

// A reader says "this is my format and it is damaged": recognition stops here.
class CorruptFile : public InputError {
  public:
    using InputError::InputError;
};

// Exit code 1: the disk is full, a folder is read-only, a file vanished while it was used.
class IoError : public Error {
  public:
    using Error::Error;
};

// Stopped on request. Not an error, hence outside the hierarchy: `catch (const Error&)` never swallows it.
// Exit code 130.
struct Cancelled : std::exception {
    const char* what() const noexcept override { return "cancelled"; }
};

namespace exit_codes {
inline constexpr int done = 0;
inline constexpr int failed = 1;
inline constexpr int bad_input = 2;
inline constexpr int stopped = 130;
} // namespace exit_codes

// The exit code that `error` stands for.
int exit_code(const std::exception& error) noexcept;

} // namespace cdra
