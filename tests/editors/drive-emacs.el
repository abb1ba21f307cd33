;;; -*- lexical-binding: t; -*-
;; Does in Emacs what a person does, with the package of the documentation and with Eglot, and writes what they see,
;; a JSON object a line, into $REPORT.
(require 'json)
(require 'eglot)
(add-to-list 'load-path (getenv "PLUGIN_PATH"))
(require 'semantic-symbols)

(defvar server-command (append (json-parse-string (getenv "SERVER")) nil))
(setq semantic-symbols-command server-command)

(defun tell (what value)
  (write-region (concat (json-serialize (vector what value)) "\n") nil (getenv "REPORT") t 'silent))

(setq jsonrpc-default-request-timeout 180 eglot-connect-timeout 180)
(defun wait (what holds)
  (let ((end (+ (float-time) 180)))
    (while (not (funcall holds))
      (when (> (float-time) end) (tell "late" what) (kill-emacs 1))
      (accept-process-output nil 0.02))))

(defun listed () (with-current-buffer "*xref*" (buffer-substring-no-properties (point-min) (point-max))))
(defun place () (vector (file-name-nondirectory buffer-file-name) (line-number-at-pos) (current-column)))

(find-file "net.py")
(wait "the index"
      (lambda () (equal "ready" (plist-get (semantic-symbols-request :semanticSearch/status (make-hash-table)) :state))))

(semantic-symbols-search "open a crate")
(tell "searched" (listed))
(with-current-buffer "*xref*" (goto-char (point-min)) (xref-next-line) (xref-goto-xref))
(tell "taken" (with-current-buffer (window-buffer (selected-window)) (place)))

(find-file "net.py")
(goto-char (point-min))
(search-forward "resend")
(semantic-symbols-related)
(tell "related" (listed))

(find-file "net.py")
(goto-char (point-min))
(insert "def brew_espresso():\n    '''Make coffee for the guests: äöü 😀.'''\n\n")
(semantic-symbols-search "make coffee for guests")
(tell "unsaved" (listed))
(with-current-buffer (get-file-buffer "net.py")
  (insert "def wash_cups():\n    '''Clean the dishes afterwards.'''\n\n")
  (semantic-symbols-search "clean the dishes"))
(tell "changed" (listed))
(with-current-buffer (get-file-buffer "net.py") (normal-mode) (set-buffer-modified-p nil) (kill-buffer))
(find-file "net.py")
(semantic-symbols-search "make coffee for guests")
(tell "discarded" (listed))

(find-file "net.py")
(insert "def water_plants():\n    \"Keep the flowers alive.\"\n\n")
(semantic-symbols-search "keep the flowers alive")
(with-current-buffer (get-file-buffer "net.py") (set-visited-file-name "garden.py"))
(find-file "net.py")
(semantic-symbols-search "keep the flowers alive")
(tell "renamed" (listed))
(with-current-buffer (get-file-buffer "garden.py") (set-buffer-modified-p nil) (kill-buffer))

;; Eglot alone, as the documentation has it: symbols of the workspace, and related code from the hover.
(add-to-list 'eglot-server-programs `(python-mode . ,server-command))
(find-file "net.py")
(python-mode)
(apply #'eglot--connect (let ((guess (eglot--guess-contact))) guess))
(wait "Eglot" #'eglot-current-server)
(let ((symbols (jsonrpc-request (eglot-current-server) :workspace/symbol '(:query "retfail"))))
  (tell "symbols" (vconcat (mapcar (lambda (one) (plist-get one :name)) symbols))))
(goto-char (point-min))
(search-forward "resend")
(let ((hover (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams))))
  (tell "hover" (plist-get (plist-get hover :contents) :value)))
(kill-emacs 0)
