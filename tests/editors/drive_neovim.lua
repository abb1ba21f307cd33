-- Does in Neovim what a person does with the plugin, and writes what they see, a JSON object a line, into $REPORT.
vim.opt.rtp:prepend(vim.env.PLUGIN_PATH)
package.path = vim.env.PLUGIN_PATH .. "/?.lua;" .. package.path
local semantic = require("semantic_symbols")
local report = assert(io.open(vim.env.REPORT, "w"))
local function tell(what, value) report:write(vim.fn.json_encode({ what, value }) .. "\n") report:flush() end
local function wait(what, holds) if not vim.wait(180000, holds, 20) then tell("late", what) vim.cmd("cquit") end end
local function ask(method, params)
  local answer, is_there
  semantic.request(method, params, function(result) answer, is_there = result, true end)
  wait(method, function() return is_there end)
  return answer
end
local function keys(text) vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(text, true, false, true), "xt", false) end
local function place() return { vim.fn.expand("%:t"), vim.fn.line("."), vim.fn.col(".") } end

semantic.setup({ cmd = vim.fn.json_decode(vim.env.SERVER) })
vim.cmd("edit net.py")
local clients = vim.lsp.get_clients or vim.lsp.get_active_clients
wait("the server", function() return clients()[1] and clients()[1].initialized ~= false end)
wait("the index", function() return ask("semanticSearch/status", vim.empty_dict()).state == "ready" end)

-- A search at once, chosen from the editor's own list.
local offered
vim.ui.select = function(items, opts, take) offered = vim.tbl_map(opts.format_item, items) take(items[1]) end
vim.cmd("SemanticSearch open a crate")
wait("the choice", function() return vim.fn.expand("%:t") == "box.go" end)
tell("offered", offered[1])
tell("searched", place())

-- Related code, from the cursor.
vim.cmd("edit net.py")
vim.fn.cursor(1, 6)
offered = nil
vim.cmd("SemanticRelated")
wait("related code", function() return offered end)
tell("related", offered[1])
tell("all related", table.concat(offered, "\n"))

-- Hover, by the plugin.
vim.cmd("edit net.py")
vim.fn.cursor(1, 6)
semantic.hover()
local function floating()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then return window end
  end
end
wait("the hover", floating)
tell("hover", vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(floating()), 0, -1, false))
vim.api.nvim_win_close(floating(), true)

-- Unsaved text, found by the live list.
vim.fn.append(0, { "def brew_espresso():", "    '''Make coffee for the guests.'''", "" })
vim.cmd("SemanticSearch")
vim.api.nvim_buf_set_lines(0, 0, -1, false, { "make coffee for guests" })
vim.api.nvim_exec_autocmds("TextChangedI", { buffer = 0 })
local function listed()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
    if vim.api.nvim_win_get_config(window).relative ~= "" and lines[1]:find("brew_espresso") then return lines end
  end
end
wait("the live list", listed)
tell("live", listed()[1])
keys("i<CR>")
wait("the list to close", function() return not floating() end)
tell("taken", place())

-- A work tree of git, whose `.git` is a file, within another repository.
vim.cmd("edit! ../outer/side/far.py")
wait("its server", function() return #clients() == 2 end)
tell("roots", vim.tbl_map(function(one) return vim.fn.fnamemodify(one.config.root_dir, ":t") end, clients()))
vim.cmd("qall!")
