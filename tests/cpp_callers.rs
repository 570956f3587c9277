//! C++ programs on the installed tree.
// needs: c++ g++

mod support;

use support::example;
use support::installed::{command, compile};

#[test]
fn the_example_runs() {
    for standard in ["-std=c++11", "-std=c++17"] {
        let program = compile("c++", "examples/list_tests.cpp", &[standard]);
        example::check(|| command(&program));
    }
}
