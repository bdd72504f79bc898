# fish completion for chatctl: asks chatctl itself, so that nicks and rooms are those of this moment.
function __chatctl_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] __complete -- $words[2..-1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c chatctl -f -a '(__chatctl_complete)'
