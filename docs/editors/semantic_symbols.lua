-- Semantic Symbols for Neovim, 0.7 or newer: a live search, related code, and hover, from one language server.
-- Put this file into ~/.config/nvim/lua/ and write in init.lua:
--   require("semantic_symbols").setup({ cmd = { "/path/to/python", "-P", "-m", "lsp_server" } })

local M = {}
local api, lsp = vim.api, vim.lsp
local options = { cmd = { "semantic-symbols", "serve" }, settings = {}, limit = 50 }
local started = {} -- root → client id, where Neovim is too old to remember it itself

-- The nearest folder above that contains a `.git`, which is a file in work trees and submodules.
local function root_of(file)
  local folder = file == "" and vim.fn.getcwd() or vim.fn.fnamemodify(file, ":p:h")
  while vim.fn.getftype(folder .. "/.git") == "" do
    local above = vim.fn.fnamemodify(folder, ":h")
    if above == folder or above == "." then return vim.fn.getcwd() end
    folder = above
  end
  return folder
end

local function attach(buffer)
  local file = api.nvim_buf_get_name(buffer)
  if file == "" or vim.bo[buffer].buftype ~= "" then return end
  local root = root_of(file)
  local config = {
    name = "semantic_symbols",
    cmd = options.cmd,
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = root } },
    init_options = { semanticSymbols = options.settings },
  }
  if lsp.start then return lsp.start(config, { bufnr = buffer }) end
  started[root] = started[root] or lsp.start_client(config)
  lsp.buf_attach_client(buffer, started[root])
end

local function client()
  local all = lsp.get_clients and lsp.get_clients or lsp.get_active_clients
  local ours = vim.tbl_filter(function(one) return one.name == "semantic_symbols" end, all())
  local root = root_of(api.nvim_buf_get_name(0))
  for _, one in ipairs(ours) do
    if one.config.root_dir == root then return one end
  end
  return ours[1]
end

-- Asks the server; `answer` gets the result, or nil if there is none. Returns a function that cancels the request.
function M.request(method, params, answer, server)
  server = server or client()
  if not server then return vim.notify("Semantic Symbols is not running here", vim.log.levels.WARN) end
  local function handle(err, result)
    if err and err.code ~= -32800 then vim.notify(err.message, vim.log.levels.ERROR) end
    answer(not err and result or nil)
  end
  local is_method = vim.fn.has("nvim-0.11") == 1
  local _, id = (is_method and server.request or function(_, ...) return server.request(...) end)(server, method, params, handle)
  return function() if is_method then server:cancel_request(id) else server.cancel_request(id) end end
end

local function line_of(found)
  local file = vim.fn.fnamemodify(vim.uri_to_fname(found.location.uri), ":.")
  local where = (found.containerName and found.containerName .. "  " or "") .. file .. ":" .. found.selectionRange.start.line + 1
  local signals = found.explanation and found.explanation.signals or {}
  local marks = (signals.test and "  (test)" or "") .. (signals.duplicate and "  (duplicate)" or "")
  return string.format("%3d%%  %s  %s%s", math.floor(found.score * 100 + 1e-6), found.name, where, marks)
end

local function encoding()
  local server = client()
  return server and server.offset_encoding or "utf-16"
end

local function open(found)
  local place = { uri = found.location.uri, range = found.selectionRange }
  if lsp.util.show_document then return lsp.util.show_document(place, encoding(), { focus = true }) end
  lsp.util.jump_to_location(place, encoding())
end

local function choose(prompt, result)
  if not result or #result.results == 0 then return vim.notify("Nothing found") end
  vim.ui.select(result.results, { prompt = prompt, format_item = line_of }, function(found) if found then open(found) end end)
end

-- A prompt above a list that follows what is typed: Down/Up or Ctrl-N/Ctrl-P move, Enter opens, Escape leaves.
local function live()
  local from, server, shown, current, cancel = api.nvim_get_current_win(), client(), {}, 1, nil
  local width, height = math.min(110, vim.o.columns - 4), math.min(15, vim.o.lines - 8)
  local function window(row, rows, enter)
    local buffer = api.nvim_create_buf(false, true)
    local place = { relative = "editor", style = "minimal", border = "single", row = row, col = math.floor((vim.o.columns - width) / 2), width = width, height = rows }
    return buffer, api.nvim_open_win(buffer, enter, place)
  end
  local list, list_window = window(5, height, false)
  local prompt, prompt_window = window(2, 1, true)
  vim.wo[list_window].cursorline = true
  local function close(found)
    vim.cmd("stopinsert") -- in the prompt still, as leaving it moves the cursor
    vim.schedule(function()
      api.nvim_win_close(prompt_window, true)
      api.nvim_win_close(list_window, true)
      api.nvim_set_current_win(from)
      if found then open(found) end
    end)
  end
  local function move(by)
    current = math.max(1, math.min(#shown, current + by))
    if #shown > 0 then api.nvim_win_set_cursor(list_window, { current, 0 }) end
  end
  local function search()
    if cancel then cancel() end
    local params = { query = api.nvim_buf_get_lines(prompt, 0, 1, false)[1], limit = options.limit }
    cancel = M.request("semanticSearch", params, function(result)
      if not result or not api.nvim_buf_is_valid(list) then return end
      shown, current = result.results, 1
      local lines = vim.tbl_map(line_of, shown)
      if shown[1] and shown[1].score < 0.5 then lines[1] = lines[1] .. "  (nothing close: the nearest results)" end
      api.nvim_buf_set_lines(list, 0, -1, false, lines)
      move(0)
    end, server)
  end
  local keys = {
    ["<Esc>"] = function() close() end, ["<CR>"] = function() close(shown[current]) end, ["<Down>"] = function() move(1) end, ["<C-n>"] = function() move(1) end,
    ["<Up>"] = function() move(-1) end, ["<C-p>"] = function() move(-1) end,
  }
  for key, run in pairs(keys) do vim.keymap.set("i", key, run, { buffer = prompt }) end
  api.nvim_create_autocmd("TextChangedI", { buffer = prompt, callback = search })
  vim.cmd("startinsert")
end

-- Searches as you type, or for the given query at once.
function M.search(query)
  if not query or query == "" then return live() end
  M.request("semanticSearch", { query = query, limit = options.limit }, function(result) choose(query, result) end)
end

-- Lists what is closest in meaning to the symbol under the cursor.
function M.related()
  M.request("semanticSearch/related", lsp.util.make_position_params(0, encoding()), function(result) choose("Related code", result) end)
end

-- Shows related code at the cursor. So does `K`, along with what other servers say.
function M.hover()
  M.request("textDocument/hover", lsp.util.make_position_params(0, encoding()), function(hover)
    if hover then lsp.util.open_floating_preview(vim.split(hover.contents.value, "\n"), "markdown") end
  end)
end

function M.setup(wanted)
  options = vim.tbl_extend("force", options, wanted or {})
  api.nvim_create_autocmd({ "BufReadPost", "BufNewFile" }, { callback = function(event) attach(event.buf) end })
  for _, buffer in ipairs(api.nvim_list_bufs()) do if api.nvim_buf_is_loaded(buffer) then attach(buffer) end end
  api.nvim_create_user_command("SemanticSearch", function(command) M.search(command.args) end, { nargs = "*" })
  api.nvim_create_user_command("SemanticRelated", M.related, {})
  api.nvim_create_user_command("SemanticHover", M.hover, {})
end

return M
