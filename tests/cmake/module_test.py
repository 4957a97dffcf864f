#!/usr/bin/env python3
"""module_test.py test_…: what ashlar_module() and ashlar_application() promise, each on a small tree of its own."""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]

sys.path.insert(0, str(ROOT / "tests/errors"))
import page  # noqa: E402

TREE = {
    "CMakeLists.txt": f"""
cmake_minimum_required(VERSION 3.25)
project(tree LANGUAGES CXX)
list(APPEND CMAKE_MODULE_PATH {ROOT}/framework/cmake)
include(AshlarToolchain)
include(AshlarRoom)
include(AshlarModule)
add_subdirectory(framework/core)
ashlar_discover_modules(modules)
add_subdirectory(app)
""",
    "framework/core/CMakeLists.txt": """
ashlar_room(core)
add_library(ashlar_event INTERFACE)
add_library(ashlar::event ALIAS ashlar_event)
target_include_directories(ashlar_event INTERFACE api)
add_library(ashlar_ops INTERFACE)
add_library(ashlar::ops ALIAS ashlar_ops)
""",
    "framework/core/api/ashlar/event.hpp": "#pragma once\n",
    "framework/core/api/ashlar/module.hpp": """#pragma once
#include <memory>
#include <string_view>
#include <vector>
namespace ashlar {
struct Module {};
struct ModuleFactory {
  std::string_view name;
  std::unique_ptr<Module> (*make)();
  std::string_view api;
};
std::vector<ModuleFactory> application_modules();
}
#define ASHLAR_MODULE(name, type) std::unique_ptr<ashlar::Module> ashlar_make_module_##name() { return {}; }
""",
    "framework/core/api/ashlar/plugin.hpp": "#include <ashlar/module.hpp>\n"
                                            "#define ASHLAR_PLUGIN(name, version, headers, apis) const char* stamp = apis;\n",
    "app/CMakeLists.txt": "ashlar_application(shop MAIN src/main.cpp)\n",
    "app/src/main.cpp": """#include <ashlar/module.hpp>
#include <iostream>
int main() {
  for (const auto& module : ashlar::application_modules()) std::cout << module.name << ' ';
}
""",
}


def module(name, arguments="", source=""):
    return {
        f"modules/{name}/CMakeLists.txt": f"ashlar_module({name} {arguments})\n",
        f"modules/{name}/api/{name}/events.hpp": "#pragma once\n#include <ashlar/event.hpp>\n",
        f"modules/{name}/src/{name}_private.hpp": "#pragma once\n",
        f"modules/{name}/src/{name}_module.cpp": f"#include <ashlar/module.hpp>\n{source}\n"
                                                 f"ASHLAR_MODULE({name}, {name}::Module)\n",
    }


class Project:
    def __init__(self, *parts):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        for part in (TREE, *parts):
            for path, text in part.items():
                self.write(path, text)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(self, *command):
        result = subprocess.run(command, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        # CMake breaks the lines of its messages where it likes.
        text = re.sub(r"\s+", " ", result.stdout)
        return result.returncode, text.replace(f"{self.root.resolve()}/", "").replace(f"{self.root}/", "")

    def configure(self, *options):
        return self.run("cmake", "-G", "Ninja", "-S", ".", "-B", "build", *options)

    def refuses(self, sentence, *options):
        code, output = self.configure(*options)
        assert code != 0, f"the configure step passed:\n{output}"
        assert sentence in output, f"'{sentence}' is not in:\n{output}"

    def accepts(self, *options):
        code, output = self.configure(*options)
        assert code == 0, output

    def builds(self):
        code, output = self.run("cmake", "--build", "build")
        assert code == 0, output

    def fails_to_build(self, sentence):
        code, output = self.run("cmake", "--build", "build")
        assert code != 0 and sentence in output, f"'{sentence}' is not in:\n{output}"

    def shop(self):
        return self.run("build/app/shop")[1]


def test_a_cycle_of_services_fails_the_configure_step_and_is_printed_whole():
    project = Project(module("a", "SERVICES b"), module("b", "SERVICES c"), module("c", "SERVICES d b"), module("d"))
    project.refuses(page.said("Modules that call each other's services in a circle"))
    Project(module("a", "SERVICES b"), module("b", "SERVICES a")).refuses("in a cycle: a -> b -> a:")


def test_events_may_be_mutual_and_services_may_meet_again():
    project = Project(module("a", "EVENTS b", "#include <b/events.hpp>"), module("b", "EVENTS a", "#include <a/events.hpp>"),
                      module("c", "SERVICES d e"), module("d", "SERVICES f"), module("e", "SERVICES f"), module("f"))
    project.accepts()
    project.builds()


def test_a_module_that_is_named_but_absent_is_an_error():
    project = Project(module("orders", "SERVICES stock"))
    project.refuses(page.said("A module in `SERVICES` that does not exist"))


def test_a_module_has_the_name_of_its_folder():
    project = Project(module("orders"))
    project.write("modules/orders/CMakeLists.txt", "ashlar_module(order)\n")
    project.refuses(page.said("A folder and a module of two names"))


def test_exactly_one_file_says_which_class_is_the_module():
    project = Project(module("orders"))
    project.write("modules/orders/src/orders_module.cpp", "#include <orders/events.hpp>\n// ASHLAR_MODULE(other, X)\n")
    project.refuses(page.said("A module without `ASHLAR_MODULE`"))
    project.write("modules/orders/src/one.cpp", "ASHLAR_MODULE( orders, A)\n")
    project.write("modules/orders/src/deep/two.cpp", "ASHLAR_MODULE(\n  orders ,\n  B)\n")
    project.refuses("is said in src/deep/two.cpp, src/one.cpp: one module has one class")


def test_a_name_that_cannot_be_one_is_refused():
    Project(module("Orders")).refuses("a module's name is made of lower-case letters")
    Project(module("core")).refuses(page.said("A module whose name is taken"))
    Project(module("orders", "SERVICES orders")).refuses("ashlar_module(orders) names itself")
    Project(module("orders", "NEEDS stock")).refuses(page.said("A word that `ashlar_module()` does not know"))


def test_the_api_of_an_unnamed_module_is_not_on_the_include_path():
    project = Project(module("orders", source="#include <stock/events.hpp>"), module("stock"))
    project.accepts()
    project.fails_to_build(page.said("Including the api of a module that was not named"))
    project.write("modules/orders/CMakeLists.txt", "ashlar_module(orders SERVICES stock)\n")
    project.builds()


def test_what_a_named_module_names_is_not_on_the_include_path():
    project = Project(module("orders", "SERVICES stock", "#include <catalog/events.hpp>"),
                      module("stock", "SERVICES catalog"), module("catalog"))
    project.accepts()
    project.fails_to_build("catalog/events.hpp: No such file")


def test_the_src_of_a_named_module_is_not_on_the_include_path():
    project = Project(module("orders", "SERVICES stock", "#include <stock_private.hpp>"), module("stock"))
    project.accepts()
    project.fails_to_build(page.said("Including a private header of another module"))


def test_an_application_lists_every_module_sorted_by_name():
    project = Project(module("orders"), module("catalog"), module("stock"))
    project.accepts()
    project.builds()
    assert project.shop() == "catalog orders stock ", project.shop()
    listed = (project.root / "build/generated/shop/modules.cpp").read_text(encoding="utf-8")
    assert '{"catalog", &ashlar_make_module_catalog, "' in listed, listed


def test_a_new_folder_is_discovered_and_a_removed_one_forgotten():
    project = Project(module("orders"))
    project.accepts()
    project.builds()
    for path, text in module("stock").items():
        project.write(path, text)
    project.builds()
    assert project.shop() == "orders stock ", project.shop()
    (project.root / "modules/orders/CMakeLists.txt").unlink()
    project.builds()
    assert project.shop() == "stock ", project.shop()


def test_a_folder_that_was_not_made_a_module_is_named():
    project = Project(module("orders"))
    project.write("modules/stock/src/stock_module.cpp", "")
    code, output = project.configure()
    assert code == 0 and page.said("A folder that was not made a module") in output, output


def test_an_application_may_have_some_of_the_modules_only():
    project = Project(module("orders"), module("catalog"), module("stock"))
    project.write("app/CMakeLists.txt", "ashlar_application(shop MAIN src/main.cpp MODULES stock catalog)\n")
    project.accepts()
    project.builds()
    assert project.shop() == "catalog stock ", project.shop()
    project.write("app/CMakeLists.txt", "ashlar_application(shop MAIN src/main.cpp MODULES stok)\n")
    project.refuses("ashlar_application(shop) names the module 'stok', which does not exist")


def test_two_applications_in_one_tree_each_list_their_own_modules():
    project = Project(module("orders"), module("catalog"), module("stock"))
    project.write("app/CMakeLists.txt", "ashlar_application(shop MAIN src/main.cpp)\n"
                                        "ashlar_application(shop-lite MAIN lite/main.cpp MODULES stock)\n")
    project.write("app/lite/main.cpp", TREE["app/src/main.cpp"])
    project.accepts()
    project.builds()
    assert project.shop() == "catalog orders stock ", project.shop()
    assert project.run("build/app/shop-lite")[1] == "stock "


def test_two_applications_do_not_share_a_folder_of_sources():
    project = Project(module("orders"))
    project.write("app/CMakeLists.txt", "ashlar_application(shop MAIN src/main.cpp)\n"
                                        "ashlar_application(shop-lite MAIN src/lite/main.cpp)\n")
    project.write("app/src/lite/main.cpp", TREE["app/src/main.cpp"])
    project.refuses("each takes all that is beside and below, so give each a folder of its own")


def test_a_part_of_the_modules_can_be_built_alone():
    project = Project(module("orders", "SERVICES stock"), module("catalog"), module("stock"))
    project.accepts("-DASHLAR_MODULES=orders;stock")
    project.builds()
    assert project.shop() == "orders stock ", project.shop()
    project.refuses("names the module 'stock', which -DASHLAR_MODULES leaves out", "-DASHLAR_MODULES=orders")
    project.accepts("-DASHLAR_MODULES=none")
    project.builds()
    assert project.shop() == "", project.shop()


def test_a_module_becomes_a_plugin_from_unchanged_sources():
    project = Project(module("orders", "EVENTS stock"), module("catalog"), module("stock"))
    project.accepts("-DASHLAR_PLUGINS=orders")
    project.builds()
    assert project.shop() == "catalog stock ", project.shop()
    plugin = project.root / "build/plugins/orders.so"
    first = plugin.read_bytes()
    assert b" stock=" in first, "the stamp does not say which api it was built with"
    project.write("modules/stock/api/stock/events.hpp", "#pragma once\n#include <ashlar/event.hpp>\n// Changed.\n")
    project.builds()
    assert plugin.read_bytes() != first, "the stamp does not follow the api of another module"
    project.refuses("-DASHLAR_PLUGINS names the module 'ordres', which does not exist", "-DASHLAR_PLUGINS=ordres")


def test_a_warning_is_an_error_in_a_module():
    project = Project(module("orders", source="int f(long a) { return a; }"))
    project.accepts()
    project.fails_to_build("-Werror=conversion")


if __name__ == "__main__":
    for test in sys.argv[1:] or [name for name in list(globals()) if name.startswith("test_")]:
        globals()[test]()
