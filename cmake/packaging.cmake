# `cmake --install`, and the Debian package: cmake --build build/release --target package. packaging/README.md says why.
include(GNUInstallDirs)
set(packaging "${PROJECT_SOURCE_DIR}/packaging")
set(packaging_out "${PROJECT_BINARY_DIR}/packaging")
set(TURNPIKE_SYSTEMD_FOLDER "/lib/systemd" CACHE STRING "Where systemd's units go; Debian 12 wants it under /lib")

set(TURNPIKE_PACKAGE_VERSION "" CACHE STRING "The package's version, where it is not the project's")
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
if(TURNPIKE_PACKAGE_VERSION)
  set(CPACK_PACKAGE_VERSION "${TURNPIKE_PACKAGE_VERSION}")
endif()
set(CPACK_PACKAGE_CONTACT "The turnpike authors <turnpike@localhost.invalid>")
# Not the day of the build: the same source gives the same package.
set(packaging_day "2026-01-01")
set(DATE "Thu, 01 Jan 2026 00:00:00 +0000")
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  string(TIMESTAMP packaging_day "%Y-%m-%d" UTC)
  string(TIMESTAMP DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
endif()

# The manual and the completions are made of the program's own help, so the program has to run where it is built. Only
# where something is built to be shipped.
find_package(Python3 COMPONENTS Interpreter)
if(TARGET turnpike AND Python3_FOUND AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(made "${packaging_out}/turnpike.1" "${packaging_out}/turnpike.toml.5" "${packaging_out}/turnpike.bash"
           "${packaging_out}/_turnpike")
  file(GLOB generators CONFIGURE_DEPENDS "${packaging}/*.py" "${packaging}/man/*.in")
  add_custom_command(
    OUTPUT ${made} "${packaging_out}/turnpike.1.gz" "${packaging_out}/turnpike.toml.5.gz"
    COMMAND "${Python3_EXECUTABLE}" "${packaging}/generate" --binary "$<TARGET_FILE:turnpike>"
            --version "${CPACK_PACKAGE_VERSION}" --date "${packaging_day}" --out "${packaging_out}"
    COMMAND gzip -9nkf "${packaging_out}/turnpike.1" "${packaging_out}/turnpike.toml.5"
    DEPENDS turnpike "${packaging}/generate" ${generators} "${PROJECT_SOURCE_DIR}/conf/turnpike.toml"
    VERBATIM)
  add_custom_target(manual ALL DEPENDS ${made})
endif()

# The packaged file is the reference with one difference: the secret that the installation makes is in force.
file(READ "${PROJECT_SOURCE_DIR}/conf/turnpike.toml" configuration)
string(REPLACE "\nsecrets = []\n" "\nsecrets = [{ file = \"turn.secret\" }]\n" packaged "${configuration}")
if(packaged STREQUAL configuration)
  message(FATAL_ERROR "conf/turnpike.toml has no line `secrets = []` to replace")
endif()
file(CONFIGURE OUTPUT "${packaging_out}/turnpike.toml" CONTENT "${packaged}" @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/conf/turnpike.toml")

# Debian's own changelog, and ours beside it.
set(VERSION "${CPACK_PACKAGE_VERSION}")
set(MAINTAINER "${CPACK_PACKAGE_CONTACT}")
configure_file("${packaging}/debian/changelog.in" "${packaging_out}/changelog.Debian" @ONLY)
configure_file("${PROJECT_SOURCE_DIR}/CHANGELOG.md" "${packaging_out}/changelog" COPYONLY)
execute_process(COMMAND gzip -9nkf "${packaging_out}/changelog.Debian" "${packaging_out}/changelog"
                COMMAND_ERROR_IS_FATAL ANY)

if(TARGET turnpike)
  install(TARGETS turnpike RUNTIME)
endif()
install(FILES "${packaging_out}/turnpike.toml" DESTINATION "${CMAKE_INSTALL_FULL_SYSCONFDIR}/turnpike")
install(FILES "${PROJECT_SOURCE_DIR}/systemd/turnpike.service" "${PROJECT_SOURCE_DIR}/systemd/turnpike.socket"
        DESTINATION "${TURNPIKE_SYSTEMD_FOLDER}/system")
install(FILES "${PROJECT_SOURCE_DIR}/systemd/sysusers.d/turnpike.conf" DESTINATION lib/sysusers.d)
install(FILES "${packaging_out}/turnpike.1.gz" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" OPTIONAL)
install(FILES "${packaging_out}/turnpike.toml.5.gz" DESTINATION "${CMAKE_INSTALL_MANDIR}/man5" OPTIONAL)
install(FILES "${packaging_out}/turnpike.bash" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
        RENAME turnpike OPTIONAL)
install(FILES "${packaging_out}/_turnpike" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions" OPTIONAL)

install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs/" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES "${packaging_out}/changelog.Debian.gz" "${packaging_out}/changelog.gz" "${packaging}/debian/copyright"
              "${packaging}/debian/README.Debian"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES "${packaging}/examples/60-turnpike.conf" "${packaging}/examples/turnpike-notrack.nft"
              "${packaging}/examples/turnpike.logrotate" "${PROJECT_SOURCE_DIR}/conf/grafana-dashboard.json"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples")

install(FILES "${packaging}/debian/lintian-overrides" DESTINATION "${CMAKE_INSTALL_DATADIR}/lintian/overrides"
        RENAME turnpike)

file(WRITE "${packaging_out}/conffiles" "/etc/turnpike/turnpike.toml\n")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "STUN and TURN server that carries the whole WebRTC call")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${CPACK_PACKAGE_CONTACT}")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Tells WebRTC clients their public addresses (STUN), relays their calls where
no direct path exists (TURN over UDP, TCP, TLS and DTLS), introduces them to
each other in rooms (WebSocket, PeerJS, Socket.IO), and serves the page to call
from, with credentials and live numbers over HTTP: one process, one file.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${packaging_out}/conffiles;${packaging}/debian/postinst;${packaging}/debian/prerm;${packaging}/debian/postrm")
include(CPack)
