@echo off
rem Starts SmartSync by the Node.js of this machine, which must be 20 or newer. What it keeps is in the folder "data" beside this file, unless told otherwise.
setlocal
if not defined SMARTSYNC_DATA_DIR set "SMARTSYNC_DATA_DIR=%~dp0data"
node --no-warnings --max-semi-space-size=2 --max-old-space-size=112 "%~dp0smartsync.mjs"
